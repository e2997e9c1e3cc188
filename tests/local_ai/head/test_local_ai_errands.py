"""Requests to act in the world are declined, as the ears write them too; conversation is not."""

import pytest

from local_ai.head.rules.declined import topic_of
from local_ai.head.rules.phrases import plain
from local_ai.head.rules.topics import Topic

ASKED: dict[Topic, tuple[str, ...]] = {
    "calls": (
        "Can you call my mother?",
        "Can you quote my mother?",
        "Could you caught my brother?",
        "Please coal my wife.",
        "Cold my doctor, please.",
        "Can you cull my sister now?",
        "Would you court my boss?",
        "Can you goal my mum?",
        "Please contact my landlord.",
        "Can you get hold of my sister?",
        "Connect me with my bank.",
        "Could you get in touch with my lawyer today?",
        "Please ring my grandmother.",
    ),
    "sending": (
        "Tell my wife that I will be late.",
        "Please tell my boss I am sick.",
        "Can you tell him to come home?",
        "Could you ask my neighbour if he has a ladder?",
        "Ask my sister to bring the cake.",
        "Let my mother know I have arrived.",
        "Please invite my friends to the party.",
        "Can you inform the school?",
        "Tax my brother that I am here.",
        "Massage my sister about the dinner.",
        "Sent an email to my brother.",
        "Sand a message to Tom.",
    ),
    "reminders": (
        "We remind me to buy milk this evening.",
        "The remind me about the dentist.",
        "He remind me tomorrow.",
    ),
    "booking": (
        "Please look a table for two people tonight.",
        "Can you cook a room for three nights?",
        "Look a flight to London.",
        "Brook me a taxi to the airport.",
    ),
    "errands": (
        "Can you pick up my kids from school?",
        "Please drive my mother to the hospital.",
        "Could you drive me home?",
        "Can you take me to the station?",
        "Feed my cat, please.",
        "Could you walk the dog tonight?",
        "Bring me a cup of coffee.",
        "Could you pass me the salt?",
        "Make me a sandwich.",
        "Can you make us some tea?",
        "Please wash the dishes.",
        "Would you clean my kitchen?",
        "Can you water the plants tomorrow?",
        "Could you fix my bike?",
        "I want you to take out the trash.",
    ),
}
TALK = (
    "My mother called me yesterday.",
    "I am going to call my mother tomorrow.",
    "Tell me about your mother.",
    "Can you help me write a letter to my mother?",
    "How do I tell my boss that I am leaving?",
    "What should I ask my doctor?",
    "Tell my daughter a story.",
    "Tell my son about dinosaurs.",
    "Can you give my daughter a riddle?",
    "What can I cook for my parents?",
    "Give me an idea for a present for my sister.",
    "My brother reminds me of my father.",
    "You remind me of a friend.",
    "They remind me to be careful.",
    "We remind each other of birthdays.",
    "Can you quote Shakespeare?",
    "Please quote a line from a famous song.",
    "Could you quote the first sentence of Moby Dick?",
    "I caught my brother with my bicycle.",
    "My wife caught a cold.",
    "It is cold today.",
    "How do I make coffee?",
    "How do I make a sandwich?",
    "Can you tell me how to wash the dishes?",
    "How often should I water the plants?",
    "What do I feed my cat?",
    "I walk the dog every morning.",
    "How can I fix my bike?",
    "Help me clean my kitchen.",
    "I clean my kitchen every Saturday.",
    "My father drove me home.",
    "I take the children to school.",
    "What can I do with my kids on a rainy day?",
    "I would like you to meet my sister.",
    "Can you explain taxes to my brother?",
    "How do I cook a meal for two?",
    "Look at the table in the book.",
    "Can you bring me up to date on history?",
    "Take me back to the beginning of the story.",
    "Could you make me a dinner plan?",
    "Make me laugh.",
    "Pass me the answer.",
    "Sound out the word letter to me.",
    "I asked my teacher about it.",
    "My boss told me to work harder.",
    "What does my mother mean by that?",
)


@pytest.mark.parametrize(("topic", "said"), [(t, s) for t, said in ASKED.items() for s in said])
def test_what_is_asked_for_is_declined(topic: Topic, said: str) -> None:
    assert topic_of(plain(said)) == topic


@pytest.mark.parametrize("said", TALK)
def test_conversation_is_not_declined(said: str) -> None:
    assert topic_of(plain(said)) is None
