"""What the server's log says of the language model: one sentence or two for each state."""

SCRIPT = "A script answers until then."
WITHOUT = "To do without: LOCAL_LLM=off. To use a file of your own: LOCAL_LLM=/path/model.gguf."
_WHY = {
    "no_avx2": "this processor has no AVX2, which the engine needs",
    "memory": "there is too little free memory for it",
    "disk": "there is too little room on the disk for it",
    "cores": "this machine has a single core",
    "bits": "this is a 32-bit system",
    "no_wheel": "its engine is not installed here",
    "unreachable": "none of its sources answers",
    "wrong_hash": "what came was not the file that it should be",
    "disk_full": "the disk is full",
    "not_writable": "the folder for it cannot be written to (LOCAL_AI_CACHE)",
    "no_such_file": "the file that LOCAL_LLM names is not there or cannot be read",
    "no_chat_template": "the file that LOCAL_LLM names has no chat template, so it cannot hold a "
    "conversation",
    "not_a_model": "the file is no GGUF that the engine can load",
    "died": "its process ended several times",
}

_WAYS = {
    "off": "The language model that could is switched off: start this server with LOCAL_LLM=auto.",
    "absent": "The language model that could is not here: `python -m local_ai.fetch head` gets it.",
    "fetching": "The language model that could is being fetched: try again when it is there.",
    "loading": "The language model that could is being loaded: try again in a moment.",
    "no_free_slot": "The language model that could has no free slot: try again later.",
    "unfit": "The language model that could does not run on this machine.",
    "failed": "The language model that could is not used, because it failed.",
}


def way_to_model(state: str) -> str:
    """Returns how somebody gets an answer of the model, by its state or `no_free_slot`."""
    return _WAYS[state]


def state_line(state: str, reason: str, model: str) -> str:
    """Returns what the log says when the language model gets into a state."""
    why = _WHY.get(reason, reason)
    lines = {
        "off": "Language model: off (LOCAL_LLM=off). A script answers.",
        "unfit": f"Language model: not on this machine, {why}. A script answers.",
        "absent": (
            "Language model: not there, and nothing fetches it by itself but `make run`. "
            f"`python -m local_ai.fetch head` does. A script answers. {WITHOUT}"
        ),
        "fetching": (
            f"Language model: fetching {model}, once for this user. {SCRIPT} The next session "
            f"after that uses it. {WITHOUT}"
        ),
        "loading": f"Language model: loading {model}. {SCRIPT}",
        "ready": f"Language model: {model} is ready; new sessions use it.",
        "failed": f"Language model: not used, {why}. A script answers. {WITHOUT}",
    }
    return lines[state]


def progress_line(fetched: int, total: int) -> str:
    """Returns how far a download is, for the log."""
    return (
        f"Language model: {100 * fetched // total} % fetched "
        f"({fetched // 1_000_000} of {total // 1_000_000} MB)."
    )
