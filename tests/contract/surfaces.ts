// What the bot hands to Slack, in Slack's own published types. Those of a view also admit blocks that
// nobody knows; ours may not.
import type { HomeView, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { AppsManifestCreateArguments, ChatPostMessageArguments } from "@slack/web-api";

type Known<View> = Omit<View, "blocks"> & { blocks: KnownBlock[] };

export type Modal = Known<ModalView>;
export type Home = Known<HomeView>;
export type Message = { text: string; blocks: KnownBlock[] };
export type Options = { options: PlainTextOption[] };
export type Post = ChatPostMessageArguments;
export type Manifest = AppsManifestCreateArguments["manifest"];
