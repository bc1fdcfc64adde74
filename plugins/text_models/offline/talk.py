"""Replies by rules: the first rule whose pattern is found answers, with the words of the message filled in."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from .words import key_phrases, turned_round

NOTE = "built-in helper"
_HEADINGS = r"(?:About [^\n:]{1,80}|Character of [^\n:]{1,80}|The situation|How [^\n:]{1,80} talks):"


@dataclass(frozen=True, slots=True)
class Scene:
    """Who talks to whom. ``before`` are (role, text) of the earlier messages; ``shown`` counts pictures just sent.

    ``by_program``: what is asked came as an instruction behind the chat, not as somebody's message.
    """

    char: str
    user: str
    card: str
    asked: str
    before: tuple[tuple[str, str], ...] = ()
    shown: int = 0
    by_program: bool = False

    @property
    def in_character(self) -> bool:
        """A character card is open; without one the helper speaks as itself."""
        return f"About {self.char}:" in self.card or f"Character of {self.char}:" in self.card

    @property
    def introduced(self) -> bool:
        """The helper has said in this chat what it is."""
        return any(role == "assistant" and NOTE in text for role, text in self.before)

    @property
    def told(self) -> str:
        """The last messages of the chat, as one text."""
        return "\n".join(text for _, text in self.before[-8:])

    @property
    def last(self) -> str:
        """The last message of the chat."""
        return self.before[-1][1] if self.before else ""

    def part(self, heading: str) -> str:
        """The part of the card below ``heading``, up to the next one."""
        found = re.search(
            rf"^{re.escape(heading)}:\s*(.+?)(?:\n\n(?={_HEADINGS})|\Z)", self.card, re.DOTALL | re.MULTILINE
        )
        return found[1].strip() if found else ""

    def about(self, name: str) -> str:
        """What the card says of somebody; of the character all behind the first words, where nothing has a heading."""
        if name == self.char and not re.search(rf"^{_HEADINGS}", self.card, re.MULTILINE):
            return self.card.partition("\n\n")[2]
        return self.part(f"About {name}")


@dataclass(frozen=True, slots=True)
class Rule:
    """``lines`` may use {user}, {char}, {thing} and {subject} (what the message is about, with and
    without its article), {rest} (what the pattern caught)."""

    pattern: re.Pattern[str]
    lines: tuple[str, ...]


def _rule(pattern: str, *lines: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), lines)


_HELP = (
    _rule(
        r"\b(?:draw|paint|sketch|picture|image|photo|pic|show me|send me)\b"
        r"(?:[^.?!]*?\b(?:of|with|showing)\b|\s+(?:me\s+)?(?=an?\s))\s*(?P<rest>[^.?!]+)",
        "Gladly: type `/sd {rest}` and the picture appears here in the chat.",
        "For that there is a command: `/sd {rest}`. Add `seed=42` to get the very same one again.",
        "`/sd {rest}` makes it. With `width=1024 height=576` it becomes a wide one.",
    ),
    _rule(
        r"\b(?:draw|paint|sketch|picture|image|photo)s?\b",
        'Pictures are what this place is made for. `/sd apple tree` makes one; `/sd negative="fog" harbour at dawn` '
        "says what to leave out. Click a picture to see its prompt and seed.",
        "Type `/sd` and what you want to see, for instance `/sd lighthouse in a storm`. "
        "`/help` lists every other command.",
    ),
    _rule(
        r"\b(?:connect|api|key|real (?:model|ai)|llm|smarter|gpt|llama|ollama|openrouter|mistral)\b",
        "To talk to a real model, open the settings and add a text model, or type in a terminal: "
        "`stcore texts add openai-compatible --url https://openrouter.ai/api/v1 --model NAME`. "
        "A server on your own machine works the same way, mostly without a key.",
        "Any chat-completions server will do, on the net or on your desk: give its address under text models in the "
        "settings, or run `stcore texts add openai-compatible --url http://127.0.0.1:11434`. Then I step aside.",
    ),
    _rule(
        r"\b(?:comfy\s?ui|automatic1111|a1111|stable diffusion|backend|gpu|image source)\b",
        "The pictures of a fresh install come from a small built-in painter. Connect a real one in the settings under "
        "picture sources, or with `stcore sources add KIND --url ADDRESS`; `stcore sources list` shows the kinds.",
    ),
    _rule(
        r"\b(?:who|what) are you\b|\bare you (?:an? )?(?:ai|bot|real|human|robot|person)\b",
        "I am stcore's built-in helper: a few dozen rules and some goodwill. I am no AI and understand little, "
        "but I know my way about here. Ask me how to draw, or how to connect a real model.",
    ),
    _rule(
        r"^\W*help\b|\bwhat can (?:you|i) do\b|\bhow (?:do|does|can) (?:i|this|it)\b|\bcommands?\b",
        "Three things to begin with: `/sd apple tree` makes a picture, `/help` lists the commands, and `/help sd` "
        "explains one of them. Everything can be scripted: `/sd quiet=true moon | /echo {{pipe}}`.",
        "Start with a picture: `/sd sunrise over the sea`. Then try `/help`. A real text model is connected in the "
        "settings; until then you have me.",
    ),
)

_MOODS = (
    _rule(
        r"\b(?:i am|i'm|i feel|feeling)\s+(?:so |very |a bit |really )?"
        r"(?P<rest>sad|tired|lonely|ill|sick|down|bored|angry|afraid)\b",
        "I am sorry that you are {rest}. Tell me about it, or let us look at something kind: "
        "`/sd warm light in a small kitchen, rain outside`.",
        "{rest}, I see. What would make the day a little softer?",
    ),
    _rule(
        r"\b(?:i am|i'm|i feel|feeling)\s+(?:so |very |really )?(?P<rest>happy|glad|excited|proud|great|good|fine)\b",
        "That is good to hear! What was the best part of it?",
        "{rest} suits you. Shall we keep the moment? `/sd confetti of leaves in golden light`.",
    ),
    _rule(r"\bhow are you\b|\bhow's it going\b|\bwie geht", "Rules never tire, so: very well. And you, {user}?"),
    _rule(r"\b(?:thanks|thank you|thx|danke|merci|gracias)\b", "You are welcome, {user}.", "With pleasure."),
    _rule(
        r"^\W*(?:bye|good night|good ?bye|see you|tschüs|ciao)\b",
        "Good-bye, {user}. Everything is kept: the chat, the pictures, the settings.",
        "Until next time, {user}.",
    ),
    _rule(
        r"^\W*(?:hi|hello|hey|good (?:morning|evening|day|afternoon)|hallo|moin|bonjour|hola|salut)\b",
        "Hello, {user}! What shall we look at today?",
        "Good to see you, {user}. A picture, a story, or first a look around?",
        "Hello! If you want to see something at once: `/sd apple tree in a storm`.",
    ),
    _rule(r"^\W*(?:yes|yeah|yep|sure|ok(?:ay)?|ja|oui)\W*$", "Good. Then go on, {user}.", "Fine. What comes next?"),
    _rule(r"^\W*(?:no|nope|nah|nein|non)\W*$", "Then not. What instead?", "As you like. Something else, then?"),
)

_QUESTIONS = (
    "I only know rules, so about {thing} I have nothing clever to say. What do you think yourself?",
    "A good question for a real model; I would guess and be wrong. I can at least show it: `/sd {subject}`.",
    "About {thing}? I do not know. Tell me what you know, and I will keep you company.",
)
_STATEMENTS = (
    "{thing}, you say. What does it look like from where you stand?",
    "“{echo}” - and then?",
    "I like {thing}. Shall we see it? `/sd {subject}` would do.",
    "{thing}: which colour has the light there, morning or evening?",
    "Tell me more about {thing}. I listen well, for a set of rules.",
)
_GESTURES = (
    "looks up",
    "tilts the head and listens",
    "smiles a little",
    "takes a moment before answering",
    "comes a step closer",
    "lets the eyes wander and then looks back",
)
_ROLE_QUESTIONS = (
    "{thing}? That is not easily answered. What makes you ask, {user}?",
    "You want to know about {thing}... Ask me again when the light is better. What do you believe?",
    "I could tell you something about {thing}, but then I would have to make it up.",
)
_ROLE_STATEMENTS = (
    "{thing}... Go on, {user}, I am listening.",
    "So {echo}. And what do you want to do about it?",
    "Stay with {thing} a little. What did you feel there?",
    "Then let us see where {thing} leads us, {user}.",
)
_SEEN = ("A picture, thank you! I cannot see it, though: I am only rules. Connect a model that sees in the settings.",)


def answer(scene: Scene, rng: random.Random) -> str:
    """One reply."""
    text = _spoken(scene, rng)
    if scene.in_character:
        text = f"*{scene.char} {rng.choice(_GESTURES)}.* {text}"
        if not scene.introduced:
            text += (
                f"\n\n(I am stcore's {NOTE} speaking for {scene.char}: rules, no AI. Connect a text model for more.)"
            )
    elif not scene.introduced and NOTE not in text:
        text += f"\n\n(By the way: I am stcore's {NOTE}, a set of rules and no AI. Ask me how to connect a real model.)"
    return text


def _spoken(scene: Scene, rng: random.Random) -> str:
    if scene.shown:
        return rng.choice(_SEEN)
    for rule in (*_HELP, *_MOODS):
        if found := rule.pattern.search(scene.asked):
            lines = rule.lines
            if scene.in_character and rule in _MOODS:  # a character does not speak of commands by itself
                lines = tuple(line for line in lines if "`" not in line) or lines
            return _fill(rng.choice(lines), scene, found.groupdict().get("rest") or "")
    question = scene.asked.rstrip().endswith("?")
    if scene.in_character:
        return _fill(rng.choice(_ROLE_QUESTIONS if question else _ROLE_STATEMENTS), scene, "")
    return _fill(rng.choice(_QUESTIONS if question else _STATEMENTS), scene, "")


def _with_article(phrase: str, text: str) -> str:
    found = re.search(rf"\b(a|an|the|my|your|his|her|our|their) {re.escape(phrase)}", text, re.IGNORECASE)
    if found is None:
        return phrase
    article = {"a": "the", "an": "the", "my": "your", "your": "my"}.get(found[1].lower(), found[1].lower())
    return f"{article} {phrase}"


def _fill(line: str, scene: Scene, rest: str) -> str:
    """The line with its slots filled; a slot is filled once, so nothing in the message is taken for one."""
    phrases = key_phrases(scene.asked)
    slots = {
        "user": scene.user,
        "char": scene.char,
        "thing": _with_article(phrases[0], scene.asked) if phrases else "that",
        "subject": phrases[0] if phrases else scene.asked.strip(),
        "rest": " ".join(rest.split()).strip(" ,;:"),
        "echo": turned_round(scene.asked),
    }
    filled = re.sub(r"\{(user|char|thing|subject|rest|echo)\}", lambda slot: slots[slot[1]], line)
    return filled[:1].upper() + filled[1:]
