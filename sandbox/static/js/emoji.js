// The shortcodes this sandbox knows. An unknown one stays as written.

const KNOWN = `
memo 📝 lock 🔒 unlock 🔓 envelope ✉️ email ✉️ incoming_envelope 📨 envelope_with_arrow 📩 mailbox 📫
outbox_tray 📤 inbox_tray 📥 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌
warning ⚠️ eyes 👀 large_blue_circle 🔵 large_green_circle 🟢 large_yellow_circle 🟡 red_circle 🔴
large_orange_circle 🟠 large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_brown_circle 🟤
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_forward ▶️ leftwards_arrow_with_hook ↩️
arrow_right_hook ↪️ arrows_counterclockwise 🔄 repeat 🔁 information_source ℹ️ question ❓ exclamation ❗
hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ clock1 🕐 calendar 📅 date 📅 spiral_calendar_pad 🗓️
double_vertical_bar ⏸️ black_right_pointing_triangle_with_double_vertical_bar ⏯️ no_entry ⛔ no_entry_sign 🚫
bell 🔔 bellhop_bell 🛎️ mega 📣 loudspeaker 📢 speech_balloon 💬 left_speech_bubble 🗨️ thought_balloon 💭
bust_in_silhouette 👤 busts_in_silhouette 👥 raising_hand 🙋 wave 👋 pray 🙏 raised_hands 🙌 clap 👏
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 muscle 💪 point_right 👉 point_down 👇 point_up ☝️
smile 😄 slightly_smiling_face 🙂 grinning 😀 joy 😂 wink 😉 thinking_face 🤔 neutral_face 😐 confused 😕
cry 😢 sob 😭 heart ❤️ tada 🎉 sparkles ✨ star ⭐ fire 🔥 rocket 🚀 bulb 💡 zap ⚡ bug 🐛 ghost 👻
printer 🖨️ computer 💻 desktop_computer 🖥️ keyboard ⌨️ phone 📞 telephone_receiver 📞 iphone 📱 wrench 🔧
hammer_and_wrench 🛠️ gear ⚙️ key 🔑 closed_lock_with_key 🔐 shield 🛡️ link 🔗 paperclip 📎 pushpin 📌
label 🏷️ ticket 🎫 admission_tickets 🎟️ file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ clipboard 📋
page_facing_up 📄 bookmark_tabs 📑 books 📚 book 📖 bar_chart 📊 chart_with_upwards_trend 📈 mag 🔍 mag_right 🔎
house 🏠 office 🏢 coffee ☕ rotating_light 🚨 triangular_flag_on_post 🚩 checkered_flag 🏁 wastebasket 🗑️
heavy_plus_sign ➕ heavy_minus_sign ➖ small_blue_diamond 🔹 small_orange_diamond 🔸 black_small_square ▪️
white_small_square ▫️ zzz 💤 new 🆕 sos 🆘 recycle ♻️ globe_with_meridians 🌐 sunflower 🌻 robot_face 🤖
large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦
scroll 📜 pencil 📝 pencil2 ✏️ writing_hand ✍️ handshake 🤝 seedling 🌱 sunny ☀️ cloud ☁️ snowflake ❄️
`;

const BY_NAME = new Map();
const words = KNOWN.trim().split(/\s+/);
for (let i = 0; i < words.length; i += 2) BY_NAME.set(words[i], words[i + 1]);

export function emojiNamed(name) {
  return BY_NAME.get(name.split("::")[0]);
}

/** Emoji whose name begins, or failing that goes on, with what was typed. */
export function emojiLike(typed, most = 8) {
  const names = [...BY_NAME.keys()];
  const starts = names.filter((name) => name.startsWith(typed));
  const holds = names.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...starts, ...holds].slice(0, most).map((name) => ({ name, glyph: BY_NAME.get(name) }));
}

/** "1f4dd-200d-…", as rich text carries it. */
export function emojiOfCode(unicode) {
  try {
    return String.fromCodePoint(...unicode.split("-").map((code) => parseInt(code, 16)));
  } catch {
    return null;
  }
}

/** What people pick first. */
export const QUICK = ["white_check_mark", "eyes", "raised_hands"];

export const PICKER = [
  "+1", "white_check_mark", "eyes", "raised_hands", "tada", "heart", "pray", "wave", "clap", "joy", "slightly_smiling_face",
  "thinking_face", "cry", "fire", "rocket", "bulb", "warning", "question", "x", "hourglass_flowing_sand", "memo",
  "wrench", "bug", "printer", "computer", "key", "coffee", "sunflower",
];
