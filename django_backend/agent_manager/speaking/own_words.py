"""What the agent says by itself, in its own language: English where no other is known here."""

from __future__ import annotations

from collections.abc import Mapping

_GERMAN: Mapping[str, str] = {
    "One moment.": "Einen Moment, bitte.",
    "Goodbye.": "Auf Wiederhören.",
    "Hello. I am your voice agent. What would you like to talk about?": (
        "Hallo. Ich bin Ihr Sprachassistent. Worüber möchten Sie sprechen?"
    ),
    "Welcome back. Where shall we go on?": "Willkommen zurück. Wo machen wir weiter?",
    "Sorry, I was gone for a moment.": "Entschuldigung, ich war einen Moment weg.",
    "Sorry, I was gone for a moment. Please go on.": (
        "Entschuldigung, ich war einen Moment weg. Bitte sprechen Sie weiter."
    ),
    "Sorry, I was cut off. Shall I go on?": (
        "Entschuldigung, ich wurde unterbrochen. Soll ich weitermachen?"
    ),
    "Sorry, I did not catch that. Please say it again.": (
        "Entschuldigung, das habe ich nicht verstanden. Bitte sagen Sie es noch einmal."
    ),
    "I am sorry, I cannot understand speech at the moment. Please try again shortly.": (
        "Es tut mir leid, ich kann gerade keine Sprache verstehen. Bitte versuchen Sie es gleich "
        "noch einmal."
    ),
    "I am sorry, I cannot think of an answer at the moment. Please try again shortly.": (
        "Es tut mir leid, ich kann gerade nicht antworten. Bitte versuchen Sie es gleich noch "
        "einmal."
    ),
    "I am sorry, that was too long for me. Please say it in shorter pieces.": (
        "Es tut mir leid, das war mir zu lang. Bitte sagen Sie es in kürzeren Stücken."
    ),
    "I am sorry, my model is still being loaded. Please try again shortly.": (
        "Es tut mir leid, mein Modell wird noch geladen. Bitte versuchen Sie es gleich noch einmal."
    ),
    "I am sorry, my language model stopped and is being started again. Please ask me again.": (
        "Es tut mir leid, mein Sprachmodell wurde beendet und startet neu. Bitte fragen Sie mich "
        "noch einmal."
    ),
    "I am sorry, my answer was cut off. Please ask me again.": (
        "Es tut mir leid, meine Antwort brach ab. Bitte fragen Sie mich noch einmal."
    ),
    "I am sorry, I got no answer to that. Please say it in other words.": (
        "Es tut mir leid, darauf kam keine Antwort. Bitte sagen Sie es mit anderen Worten."
    ),
    "I am sorry, a content filter stopped my answer. Please ask differently.": (
        "Es tut mir leid, ein Inhaltsfilter hat meine Antwort angehalten. Bitte fragen Sie anders."
    ),
    "I am sorry, I thought about it and found no words. Please ask again.": (
        "Es tut mir leid, ich habe nachgedacht und keine Worte gefunden. Bitte fragen Sie noch "
        "einmal."
    ),
    "I am sorry, I cannot do that here. Please ask me something else.": (
        "Es tut mir leid, das kann ich hier nicht. Bitte fragen Sie mich etwas anderes."
    ),
}
_SPANISH: Mapping[str, str] = {
    "One moment.": "Un momento, por favor.",
    "Goodbye.": "Hasta luego.",
    "Hello. I am your voice agent. What would you like to talk about?": (
        "Hola. Soy su agente de voz. ¿De qué le gustaría hablar?"
    ),
    "Welcome back. Where shall we go on?": "Hola de nuevo. ¿Por dónde seguimos?",
    "Sorry, I was gone for a moment.": "Perdón, me ausenté un momento.",
    "Sorry, I was gone for a moment. Please go on.": (
        "Perdón, me ausenté un momento. Continúe, por favor."
    ),
    "Sorry, I was cut off. Shall I go on?": "Perdón, me he cortado. ¿Sigo?",
    "Sorry, I did not catch that. Please say it again.": (
        "Perdón, no lo he entendido. Repítalo, por favor."
    ),
    "I am sorry, I cannot understand speech at the moment. Please try again shortly.": (
        "Lo siento, ahora mismo no puedo entender la voz. Inténtelo de nuevo en un momento."
    ),
    "I am sorry, I cannot think of an answer at the moment. Please try again shortly.": (
        "Lo siento, ahora mismo no puedo responder. Inténtelo de nuevo en un momento."
    ),
    "I am sorry, that was too long for me. Please say it in shorter pieces.": (
        "Lo siento, ha sido demasiado largo para mí. Dígalo en partes más cortas, por favor."
    ),
    "I am sorry, my model is still being loaded. Please try again shortly.": (
        "Lo siento, mi modelo todavía se está cargando. Inténtelo de nuevo en un momento."
    ),
    "I am sorry, my language model stopped and is being started again. Please ask me again.": (
        "Lo siento, mi modelo de lenguaje se ha detenido y se está iniciando de nuevo. Pregúnteme "
        "otra vez, por favor."
    ),
    "I am sorry, my answer was cut off. Please ask me again.": (
        "Lo siento, mi respuesta se ha cortado. Pregúnteme otra vez, por favor."
    ),
    "I am sorry, I got no answer to that. Please say it in other words.": (
        "Lo siento, no he obtenido respuesta a eso. Dígalo con otras palabras, por favor."
    ),
    "I am sorry, a content filter stopped my answer. Please ask differently.": (
        "Lo siento, un filtro de contenido ha detenido mi respuesta. Pregunte de otra manera."
    ),
    "I am sorry, I thought about it and found no words. Please ask again.": (
        "Lo siento, lo he pensado y no he encontrado palabras. Pregunte otra vez, por favor."
    ),
    "I am sorry, I cannot do that here. Please ask me something else.": (
        "Lo siento, eso no puedo hacerlo aquí. Pregúnteme otra cosa, por favor."
    ),
}
_FRENCH: Mapping[str, str] = {
    "One moment.": "Un instant, s'il vous plaît.",
    "Goodbye.": "Au revoir.",
    "Hello. I am your voice agent. What would you like to talk about?": (
        "Bonjour. Je suis votre agent vocal. De quoi aimeriez-vous parler ?"
    ),
    "Welcome back. Where shall we go on?": "Bon retour. Où reprenons-nous ?",
    "Sorry, I was gone for a moment.": "Pardon, je me suis absenté un instant.",
    "Sorry, I was gone for a moment. Please go on.": (
        "Pardon, je me suis absenté un instant. Continuez, je vous prie."
    ),
    "Sorry, I was cut off. Shall I go on?": "Pardon, j'ai été coupé. Dois-je continuer ?",
    "Sorry, I did not catch that. Please say it again.": (
        "Pardon, je n'ai pas compris. Répétez, s'il vous plaît."
    ),
    "I am sorry, I cannot understand speech at the moment. Please try again shortly.": (
        "Je suis désolé, je ne comprends pas la parole en ce moment. Réessayez dans un instant."
    ),
    "I am sorry, I cannot think of an answer at the moment. Please try again shortly.": (
        "Je suis désolé, je ne peux pas répondre en ce moment. Réessayez dans un instant."
    ),
    "I am sorry, that was too long for me. Please say it in shorter pieces.": (
        "Je suis désolé, c'était trop long pour moi. Dites-le en plus petits morceaux."
    ),
    "I am sorry, my model is still being loaded. Please try again shortly.": (
        "Je suis désolé, mon modèle est encore en cours de chargement. Réessayez dans un instant."
    ),
    "I am sorry, my language model stopped and is being started again. Please ask me again.": (
        "Je suis désolé, mon modèle de langage s'est arrêté et redémarre. Reposez-moi la question."
    ),
    "I am sorry, my answer was cut off. Please ask me again.": (
        "Je suis désolé, ma réponse a été coupée. Reposez-moi la question."
    ),
    "I am sorry, I got no answer to that. Please say it in other words.": (
        "Je suis désolé, je n'ai pas obtenu de réponse. Dites-le autrement, s'il vous plaît."
    ),
    "I am sorry, a content filter stopped my answer. Please ask differently.": (
        "Je suis désolé, un filtre de contenu a arrêté ma réponse. Posez la question autrement."
    ),
    "I am sorry, I thought about it and found no words. Please ask again.": (
        "Je suis désolé, j'y ai réfléchi et n'ai pas trouvé de mots. Reposez-moi la question."
    ),
    "I am sorry, I cannot do that here. Please ask me something else.": (
        "Je suis désolé, je ne peux pas le faire ici. Demandez-moi autre chose."
    ),
}
WORDS: Mapping[str, Mapping[str, str]] = {"de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}
"""By language code, the sentence of each English one."""


def in_own_words(sentence: str, language: str) -> str:
    """Returns an English sentence of the agent's own in a language; as it is where there is none.

    `language` is a code of ISO 639-1, "" where the person's is not known.
    """
    return WORDS.get(language, {}).get(sentence, sentence)
