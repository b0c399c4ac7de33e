// Every word of the sandbox's own: [English, French]. What the app says comes from the app.

const CHOICE = "frontdesk-sandbox-language";

const WORDS = {
  "language.fr": ["Français", "Français"],
  "language.en": ["English", "English"],
  "language.switch": ["Language", "Langue"],

  "error.offline": ["The sandbox server does not answer. Is it still running?", "Le serveur du bac à sable ne répond pas. Tourne-t-il encore ?"],
  "error.server": ["The sandbox server failed ({status}).", "Le serveur du bac à sable a échoué ({status})."],
  "error.timeout": ["{app} didn't respond in time.", "{app} n’a pas répondu à temps."],
  "error.gone": ["This has changed meanwhile. Please look again.", "Ceci a changé entre-temps. Merci de regarder à nouveau."],
  "error.unknown": ["Something went wrong.", "Quelque chose s’est mal passé."],
  "live.down": ["Connection lost. Trying again…", "Connexion perdue. Nouvel essai en cours…"],

  "files.files": ["Files", "Fichiers"],
  "files.gone": ["This file was deleted.", "Ce fichier a été supprimé."],
  "files.remove": ["Remove {name}", "Retirer {name}"],

  "rail.slack": ["Slack", "Slack"],
  "rail.mail": ["Mail", "Courriel"],
  "rail.traffic": ["Traffic", "Trafic"],
  "rail.help": ["What to try", "Que tester ?"],
  "rail.views": ["Views", "Vues"],
  "bar.sandbox": ["Slack sandbox", "Bac à sable Slack"],
  "bar.menu": ["Channels", "Canaux"],

  "persona.are": ["You are:", "Vous êtes :"],
  "persona.nobody": ["nobody yet", "personne encore"],
  "persona.choose": ["Who would you like to be?", "Qui voulez-vous être ?"],
  "persona.explain": [
    "This is a make-believe Slack workspace on your own machine. Choose a person to see it through their eyes. Open a second window to be two people at once.",
    "Voici un espace Slack imaginaire, sur votre propre machine. Choisissez une personne pour le voir par ses yeux. Ouvrez une deuxième fenêtre pour être deux personnes à la fois.",
  ],
  "persona.search": ["Search by name, role or address", "Chercher un nom, un rôle, une adresse"],
  "persona.inSlack": ["In Slack", "Dans Slack"],
  "persona.byMail": ["By e-mail only", "Par courriel seulement"],
  "persona.guest": ["guest", "invité"],
  "persona.newWindow": ["Open in a new window", "Ouvrir dans une nouvelle fenêtre"],

  "side.channels": ["Channels", "Canaux"],
  "side.dms": ["Direct messages", "Messages directs"],
  "side.apps": ["Apps", "Applications"],
  "side.mail": ["Mail", "Courriel"],
  "side.addChannel": ["Join a channel", "Rejoindre un canal"],
  "side.addDm": ["Write to somebody", "Écrire à quelqu’un"],
  "side.unread": ["{count} unread", "{count} non lus"],

  "app.home": ["Home", "Accueil"],
  "app.messages": ["Messages", "Messages"],
  "app.about": ["About", "À propos"],
  "app.noMessages": ["No messages from this app yet.", "Pas encore de message de cette application."],
  "app.off": ["off", "arrêtée"],
  "app.notConnected": ["{app} is not connected to this sandbox: start it, and this page will work.", "{app} n’est pas connectée à ce bac à sable : démarrez-la et cette page marchera."],
  "home.opening": ["Opening…", "Ouverture…"],
  "home.empty": ["{app} has not shown anything here yet.", "{app} n’a encore rien affiché ici."],
  "about.commands": ["Commands", "Commandes"],
  "about.global": ["Shortcuts", "Raccourcis"],
  "about.message": ["Message shortcuts", "Raccourcis sur un message"],

  "channel.start": ["This is the very beginning of the channel.", "C’est le tout début de ce canal."],
  "channel.startDm": ["This conversation is just between {name} and you.", "Cette conversation reste entre {name} et vous."],
  "channel.startApp": ["This is where {name} writes to you.", "C’est ici que {name} vous écrit."],
  "channel.private": ["private channel", "canal privé"],
  "channel.members": ["{count} members", "{count} membres"],

  "message.app": ["APP", "APPLI"],
  "message.edited": ["(edited)", "(modifié)"],
  "message.onlyYou": ["Only visible to you", "Visible par vous seul"],
  "message.dismiss": ["Dismiss", "Masquer"],
  "message.deleted": ["This message was deleted.", "Ce message a été supprimé."],
  "message.channel_join": ["joined the channel.", "a rejoint le canal."],
  "message.channel_leave": ["left the channel.", "a quitté le canal."],
  "message.log": ["Messages", "Messages"],
  "message.new": ["New", "Nouveau"],
  "message.newBelow": ["New messages", "Nouveaux messages"],
  "message.more": ["More actions", "Autres actions"],
  "message.react": ["Add reaction…", "Ajouter une réaction…"],
  "message.reply": ["Reply in thread", "Répondre dans le fil"],
  "message.edit": ["Edit message", "Modifier le message"],
  "message.delete": ["Delete message", "Supprimer le message"],
  "message.deleteSure": ["Are you sure you want to delete this message? This cannot be undone.", "Voulez-vous vraiment supprimer ce message ? C’est définitif."],
  "message.save": ["Save", "Enregistrer"],

  "thread.title": ["Thread", "Fil de discussion"],
  "thread.close": ["Close the thread", "Fermer le fil"],
  "thread.one": ["1 reply", "1 réponse"],
  "thread.many": ["{count} replies", "{count} réponses"],
  "thread.last": ["Last reply {when}", "Dernière réponse {when}"],
  "thread.view": ["View thread", "Voir le fil"],

  "composer.to": ["Message {name}", "Envoyer un message à {name}"],
  "composer.off": ["Sending messages to this app has been turned off.", "L’envoi de messages à cette application est désactivé."],
  "composer.reply": ["Reply…", "Répondre…"],
  "composer.send": ["Send now", "Envoyer"],
  "composer.mention": ["Mention someone", "Mentionner quelqu’un"],
  "composer.emoji": ["Emoji", "Émoji"],
  "composer.command": ["Commands", "Commandes"],
  "composer.hint": ["Shift + Enter adds a line", "Maj + Entrée ajoute une ligne"],
  "composer.noCommand": [
    "`{command}` is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.",
    "`{command}` n’est pas une commande valide. Dans Slack, tout message qui commence par « / » est pris pour une commande.",
  ],
  "composer.noThread": ["`{command}` is not supported in threads. Sorry!", "`{command}` ne fonctionne pas dans les fils. Désolé !"],
  "complete.commands": ["Commands", "Commandes"],
  "complete.people": ["People", "Personnes"],
  "complete.emoji": ["Emoji", "Émojis"],
  "shortcut.open": ["Shortcuts", "Raccourcis"],
  "shortcut.global": ["Shortcuts", "Raccourcis"],
  "shortcut.message": ["Apps", "Applications"],
  "shortcut.commands": ["Commands", "Commandes"],
  "shortcut.one": ["shortcut", "raccourci"],

  "confirm.title": ["Are you sure?", "Êtes-vous sûr ?"],
  "confirm.yes": ["Yes", "Oui"],
  "confirm.no": ["Cancel", "Annuler"],
  "modal.back": ["Back", "Retour"],
  "modal.close": ["Close", "Fermer"],
  "modal.trouble": ["We had some trouble connecting. Try again?", "Nous avons eu du mal à nous connecter. Réessayer ?"],

  "form.optional": ["(optional)", "(facultatif)"],
  "form.required": ["Please complete this required field.", "Merci de remplir ce champ obligatoire."],
  "form.tooShort": ["Please enter at least {least} characters.", "Saisissez au moins {least} caractères."],
  "form.tooLong": ["Please use {most} characters or fewer.", "Ne dépassez pas {most} caractères."],
  "form.email": ["Please enter a valid email address.", "Saisissez une adresse valide."],
  "form.url": ["Please enter a valid URL.", "Saisissez un lien valide."],
  "form.number": ["Please enter a number.", "Saisissez un nombre."],
  "form.whole": ["Please enter a whole number.", "Saisissez un nombre entier."],
  "form.least": ["Please enter a number of at least {least}.", "Saisissez un nombre d’au moins {least}."],
  "form.most": ["Please enter a number of at most {most}.", "Saisissez un nombre d’au plus {most}."],
  "form.date": ["Date", "Date"],
  "form.time": ["Time", "Heure"],
  "form.datetime-local": ["Date and time", "Date et heure"],
  "select.one": ["Select an option", "Choisissez une option"],
  "select.several": ["Select options", "Choisissez des options"],
  "select.clear": ["Clear", "Effacer"],
  "select.remove": ["Remove {name}", "Retirer {name}"],
  "select.typeMore": ["Type at least {least} characters to search.", "Saisissez au moins {least} caractères."],
  "select.loading": ["Searching…", "Recherche…"],
  "select.none": ["No results", "Aucun résultat"],
  "select.most": ["No more than {most} can be chosen.", "Pas plus de {most} choix."],
  "rich.tools": ["Formatting", "Mise en forme"],
  "rich.bold": ["Bold", "Gras"],
  "rich.italic": ["Italic", "Italique"],
  "rich.strike": ["Strikethrough", "Barré"],
  "rich.link": ["Link", "Lien"],
  "rich.url": ["Address of the link", "Adresse du lien"],
  "rich.numbers": ["Ordered list", "Liste numérotée"],
  "rich.bullets": ["Bulleted list", "Liste à puces"],
  "rich.quote": ["Quote", "Citation"],
  "rich.code": ["Code", "Code"],
  "rich.codeblock": ["Code block", "Bloc de code"],
  "blocks.more": ["More options", "Autres options"],
  "blocks.unsupported": ["Block type “{type}” is not supported by this sandbox.", "Ce bac à sable n’affiche pas les blocs « {type} »."],
  "blocks.unsupportedElement": ["Element type “{type}” is not supported by this sandbox.", "Ce bac à sable n’affiche pas les éléments « {type} »."],

  "mail.boxes": ["Mailboxes", "Boîtes aux lettres"],
  "mail.find": ["Find a mailbox", "Trouver une boîte"],
  "mail.yours": ["Your mailbox", "Votre boîte"],
  "mail.list": ["Mails", "Courriels"],
  "mail.new": ["Write a mail", "Nouveau courriel"],
  "mail.empty": ["No mail yet.", "Pas encore de courriel."],
  "mail.nothing": ["What arrives in this mailbox can be read here.", "Ce qui arrive dans cette boîte se lit ici."],
  "mail.noAddress": ["This person has no address. Choose a mailbox at the left.", "Cette personne n’a pas d’adresse. Choisissez une boîte à gauche."],
  "mail.choose": ["Choose a mail to read it.", "Choisissez un courriel pour le lire."],
  "mail.noSubject": ["(no subject)", "(sans objet)"],
  "mail.toWhom": ["To {name}", "À {name}"],
  "mail.back": ["Back to the list", "Retour à la liste"],
  "mail.from": ["From", "De"],
  "mail.to": ["To", "À"],
  "mail.cc": ["Copy", "Copie"],
  "mail.date": ["Date", "Date"],
  "mail.subject": ["Subject", "Objet"],
  "mail.text": ["Text", "Texte"],
  "mail.html": ["HTML", "HTML"],
  "mail.headers": ["Headers", "En-têtes"],
  "mail.dark": ["Dark", "Sombre"],
  "mail.light": ["Light", "Clair"],
  "mail.answerTo": ["Answer {name}", "Répondre à {name}"],
  "mail.send": ["Send", "Envoyer"],
  "mail.keys": ["Ctrl + Enter sends", "Ctrl + Entrée envoie"],
  "mail.sending": ["Sending…", "Envoi…"],
  "mail.sent": ["Sent.", "Envoyé."],
  "mail.refused": ["Not sent: {why}", "Non envoyé : {why}"],
  "mail.attach": ["Attach files", "Joindre des fichiers"],
  "mail.raw": ["Send an .eml file as it is", "Envoyer un fichier .eml tel quel"],
  "mail.forward": ["Forward", "Transférer"],
  "mail.forwardMark": ["Fwd:", "Tr :"],
  "mail.forwardLine": ["---------- Forwarded message ---------", "---------- Message transféré ---------"],
  "mail.headLine": ["{label}: {value}", "{label} : {value}"],
  "mail.discardTitle": ["Discard this mail?", "Abandonner ce courriel ?"],
  "mail.discard": ["What you wrote will be lost.", "Ce que vous avez écrit sera perdu."],
  "mail.discardYes": ["Discard", "Abandonner"],
  "mail.discardNo": ["Keep writing", "Continuer"],

  "traffic.title": ["Traffic", "Trafic"],
  "traffic.filter": ["Filter: method, person, words", "Filtrer : méthode, personne, mots"],
  "traffic.all": ["Both directions", "Les deux sens"],
  "traffic.to_bot": ["To the app", "Vers l’appli"],
  "traffic.from_bot": ["From the app", "De l’appli"],
  "traffic.errors": ["Errors only", "Erreurs seulement"],
  "traffic.in": ["→ app", "→ appli"],
  "traffic.out": ["app →", "appli →"],
  "traffic.pause": ["Pause", "Pause"],
  "traffic.resume": ["Resume", "Reprendre"],
  "traffic.clear": ["Clear", "Vider"],
  "traffic.time": ["Time", "Heure"],
  "traffic.direction": ["Direction", "Sens"],
  "traffic.what": ["Method or kind", "Méthode ou genre"],
  "traffic.who": ["Who", "Qui"],
  "traffic.status": ["Status", "Statut"],
  "traffic.ms": ["ms", "ms"],
  "traffic.request": ["Request", "Requête"],
  "traffic.response": ["Response · {status}", "Réponse · {status}"],
  "traffic.nothing": ["Nothing.", "Rien."],
  "traffic.none": ["Nothing has been said yet between Slack and the app.", "Slack et l’application ne se sont encore rien dit."],
  "traffic.noneFit": ["Nothing fits this filter.", "Rien ne correspond à ce filtre."],

  "faults.open": ["Faults", "Pannes"],
  "faults.title": ["Make Slack misbehave", "Faire dérailler Slack"],
  "faults.explain": ["The next calls of the app will go wrong in this way.", "Les prochains appels de l’application échoueront ainsi."],
  "faults.method": ["Method", "Méthode"],
  "faults.kind": ["What goes wrong", "Ce qui échoue"],
  "faults.times": ["How many times", "Combien de fois"],
  "faults.any": ["any method", "toute méthode"],
  "faults.rate": ["429, too many requests", "429, trop de requêtes"],
  "faults.server": ["500, server error", "500, erreur du serveur"],
  "faults.timeout_after": ["time-out after the work was done", "délai dépassé, travail fait"],
  "faults.drop_after": ["connection dropped, work done", "connexion coupée, travail fait"],
  "faults.drop_before": ["connection dropped, nothing done", "connexion coupée, rien de fait"],
  "faults.mailLater": ["mail: 451, try later", "courriel : 451, réessayez"],
  "faults.mailNever": ["mail: 550, refused", "courriel : 550, refusé"],
  "faults.twice": ["Slack delivers twice", "Slack livre deux fois"],
  "faults.socket": ["the socket is dropped now", "la connexion est coupée maintenant"],
  "faults.slow": ["2 seconds late", "2 secondes de retard"],
  "faults.add": ["Add", "Ajouter"],
  "faults.clear": ["Clear all", "Tout retirer"],
  "faults.none": ["No fault is waiting.", "Aucune panne en attente."],

  "help.title": ["What to try", "Que tester ?"],
  "help.close": ["Close", "Fermer"],
  "help.intro": [
    "A help desk in three stories. Nothing leaves this machine: Slack, the mailboxes and the mails are all pretended, the desk is real.",
    "Un centre d’assistance en trois histoires. Rien ne sort de cette machine : Slack, les boîtes et les courriels sont imaginaires, le guichet est vrai.",
  ],
  "help.boxOf": ["the mailbox of {name}", "la boîte de {name}"],
  "help.story1.title": ["Record a request for somebody", "Enregistrer une demande pour quelqu’un"],
  "help.story1.steps": [
    ["Be {pierre}, technician, in any channel.", "Type `/ticket` and press Enter: the form opens.", "Requester: type `pau` and choose Paul Smith. Choose in the catalogue, write a subject and a description, press Create.", "The team's channel shows one card. The team was filled in by itself."],
    ["Soyez {pierre}, technicien, dans n’importe quel canal.", "Tapez `/ticket` puis Entrée : le formulaire s’ouvre.", "Demandeur : tapez `pau` et choisissez Paul Smith. Choisissez dans le catalogue, écrivez l’objet et la description, puis Créer.", "Le canal de l’équipe montre une carte. L’équipe s’est remplie toute seule."],
  ],
  "help.story2.title": ["Talk with the requester", "Échanger avec le demandeur"],
  "help.story2.steps": [
    ["On the card press “Assign to me”, then “Reply to requester”, and ask your question.", "Open {box:paul}: it is there as a mail. Answer it in the box below the mail.", "The answer appears in the ticket's thread, back in Slack.", "What technicians write in the thread stays between them."],
    ["Sur la carte, « Me l’assigner », puis « Répondre au demandeur » : posez votre question.", "Ouvrez {box:paul} : elle y est, en courriel. Répondez dans la zone sous le courriel.", "La réponse apparaît dans le fil du ticket, dans Slack.", "Ce que les techniciens écrivent dans le fil reste entre eux."],
  ],
  "help.story3.title": ["Resolve it", "Résoudre"],
  "help.story3.steps": [
    ["On the card press “Resolve”, choose a code, describe the solution.", "{box:paul} now holds a mail with what you wrote under “Solution”.", "Not solved after all? Paul answers that mail, and the ticket is open again."],
    ["Sur la carte, « Résoudre » : choisissez un code, décrivez la solution.", "{box:paul} contient maintenant un courriel avec ce que vous avez écrit sous « Solution ».", "Pas résolu, en fait ? Paul répond à ce courriel et le ticket se rouvre."],
  ],
  "help.moreTitle": ["Good to know", "Bon à savoir"],
  "help.windows": ["Two windows can be two people: the little arrow in the people list opens one.", "Deux fenêtres peuvent être deux personnes : la petite flèche dans la liste en ouvre une."],
  "help.mail": ["“Mail” at the left shows everybody's mailbox, also of people who are not in Slack.", "« Courriel », à gauche, montre la boîte de chacun, même de qui n’est pas dans Slack."],
  "help.traffic": ["“Traffic” shows every request between Slack and the app, and can make them fail.", "« Trafic » montre chaque requête entre Slack et l’application, et peut les faire échouer."],
  "help.keys": ["Everything works by keyboard: Tab, arrows, Enter, Escape.", "Tout marche au clavier : Tab, flèches, Entrée, Échap."],
};

let spoken = localStorage.getItem(CHOICE) ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
const listeners = new Set();

/** The sentence in the language of the page, `{names}` filled in. */
export function t(key, facts = {}) {
  const pair = WORDS[key];
  if (!pair) throw new Error(`no words for ${key}`);
  const said = pair[spoken === "fr" ? 1 : 0];
  return Array.isArray(said) ? said.map((each) => dressed(each)) : filled(dressed(said), facts);
}

function filled(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? facts[name] : whole));
}

/** French typography: narrow space before ; ! ?, no-break space before : and inside « ». */
function dressed(sentence) {
  if (spoken !== "fr") return sentence;
  return sentence.replace(/ ([;!?])/g, "\u202f$1").replace(/ :/g, "\u00a0:").replace(/« /g, "«\u00a0").replace(/ »/g, "\u00a0»");
}

export function language() {
  return spoken;
}

export function speak(wanted) {
  spoken = wanted;
  localStorage.setItem(CHOICE, wanted);
  for (const task of listeners) task();
}

export function onSpeak(task) {
  listeners.add(task);
}
