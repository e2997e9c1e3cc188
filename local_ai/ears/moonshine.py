"""Moonshine tiny, a neural recogniser of English: 16 kHz speech in, written sentences out.

An encoder makes features of the whole utterance, and a decoder writes one token after the other
with a cache of what it has seen (the "merged" export of Hugging Face's Optimum, whose input
`use_cache_branch` says whether there is a cache). Letters, digits and punctuation are the model's.
A second of silence after the speech and a search with four candidates halve its errors; what is
heard in several ways (`attempts`) has fewer still.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from local_ai.audio import Samples

SAMPLE_RATE = 16_000
FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
_BEGIN, _END = 1, 2
_HEADS, _HEAD_SIZE = 8, 36
_STRIDE = 384
"""How many samples one feature stands for; the decoder takes every 384th value of the mask."""
_SPACE = "▁"
SECONDS_BEFORE, _SECONDS_AFTER = 0.3, 1.0
"""How much silence the model gets around the sound."""
_SHORTEST = SAMPLE_RATE // 10
_TOKENS_A_SECOND = 6.5
_FEWEST_TOKENS = 8

Tensor = NDArray[np.float32]


class Abandoned(Exception):
    """Nobody wants the words any more that were being searched for."""


@dataclass(frozen=True)
class Heard:
    """What was said, and the mean natural logarithm of the probabilities of its tokens."""

    text: str
    logprob: float


@dataclass(frozen=True)
class _Candidate:
    """A beginning of the sentence; `score` is the sum of its tokens' log probabilities."""

    score: float = 0.0
    tokens: tuple[int, ...] = ()

    @property
    def mean(self) -> float:
        return self.score / max(1, len(self.tokens))


@dataclass
class _Search:
    """A beam search of the given width: the candidates that go on, and those that ended."""

    width: int
    live: list[_Candidate] = field(default_factory=lambda: [_Candidate()])
    ended: list[_Candidate] = field(default_factory=list)

    def step(self, logprobs: NDArray[np.float64]) -> list[int]:
        """Takes the next tokens (a row a live candidate); returns which row each new one had."""
        count = self.width + 1  # the sentence's end may be one of them
        tops = np.argpartition(-logprobs, count, axis=1)[:, :count]
        found = [
            (before.score + float(row[token]), parent, int(token))
            for parent, (before, row, top) in enumerate(zip(self.live, logprobs, tops, strict=True))
            for token in top
        ]
        found.sort(reverse=True)
        live: list[_Candidate] = []
        parents: list[int] = []
        for score, parent, token in found:
            grown = _Candidate(score, (*self.live[parent].tokens, token))
            if token == _END:
                self.ended.append(grown)
            elif len(live) < self.width:
                live.append(grown)
                parents.append(parent)
        self.live = live
        return [] if self._is_over() else parents

    def _is_over(self) -> bool:
        """Whether enough have ended, and none that goes on is likelier: a sentence may follow."""
        return len(self.ended) >= self.width and self.best().mean >= self.live[0].mean

    def best(self) -> _Candidate:
        """The likeliest sentence, of those that ended if any did."""
        return max(self.ended or self.live, key=lambda each: each.mean)


class Moonshine:
    """The loaded model of a folder that has its three files."""

    def __init__(self, folder: Path, threads: int) -> None:
        encoder, decoder, tokens = (folder / name for name in FILES)
        self._encoder = _session(encoder, threads)
        self._decoder = _session(decoder, threads)
        self._tokens = _vocabulary(tokens.read_bytes())
        self._cache_names = [each.name for each in self._decoder.get_inputs()][3:-1]

    def hear(
        self,
        samples: Samples,
        width: int = 4,
        before: float = SECONDS_BEFORE,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> Heard:
        """The words in a minute at most of mono samples in ±1 at 16 kHz; width 1 is quickest.

        `before` is how many seconds of silence the model gets before them. `goes_on` is asked
        before each token; raises Abandoned once it is false.
        """
        if len(samples) < _SHORTEST:
            return Heard("", 0.0)
        limit = max(_FEWEST_TOKENS, int(len(samples) / SAMPLE_RATE * _TOKENS_A_SECOND))
        best = self._search(self._features(samples, before), width, limit, goes_on)
        return Heard(self._text(best.tokens), best.mean)

    def _features(self, samples: Samples, before: float) -> Tensor:
        around = round(before * SAMPLE_RATE), round(_SECONDS_AFTER * SAMPLE_RATE)
        padded = np.pad(samples, around)[None]
        mask = np.ones(padded.shape, np.int64)
        given = {"input_values": padded, "attention_mask": mask}
        features: Tensor = self._encoder.run(None, given)[0]
        return features

    def _search(
        self, features: Tensor, width: int, limit: int, goes_on: Callable[[], bool]
    ) -> _Candidate:
        search = _Search(width)
        empty = np.zeros((1, _HEADS, 0, _HEAD_SIZE), np.float32)
        cache = dict.fromkeys(self._cache_names, empty)
        for _ in range(limit):
            if not goes_on():
                raise Abandoned
            logprobs, cache = self._next(search.live, features, cache)
            rows = search.step(logprobs)
            if not rows:
                break
            if rows != list(range(len(logprobs))):
                features = features[:1].repeat(len(rows), axis=0)
                cache = {name: value[rows] for name, value in cache.items()}
        return search.best()

    def _next(
        self, live: list[_Candidate], features: Tensor, cache: dict[str, Tensor]
    ) -> tuple[NDArray[np.float64], dict[str, Tensor]]:
        """The log probabilities of each candidate's next token, and the cache that grew by one."""
        first = not live[0].tokens
        last = [each.tokens[-1] if each.tokens else _BEGIN for each in live]
        given = {
            "encoder_attention_mask": np.ones((len(live), features.shape[1] * _STRIDE), np.int64),
            "input_ids": np.array(last, np.int64)[:, None],
            "encoder_hidden_states": features,
            "use_cache_branch": np.array([not first]),
            **cache,
        }
        logits, *present = self._decoder.run(None, given)
        grown = {
            name: value if first or ".decoder." in name else cache[name]
            for name, value in zip(self._cache_names, present, strict=True)
        }
        return _logprobs(logits[:, -1].astype(np.float64)), grown

    def _text(self, tokens: tuple[int, ...]) -> str:
        raw = b"".join(self._tokens[token] for token in tokens if token != _END)
        return raw.decode(errors="ignore").replace(_SPACE, " ").strip()


def _logprobs(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "1")  # no overflow without VNNI
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _vocabulary(data: bytes) -> list[bytes]:
    """The bytes of each token: every entry is preceded by its length in one byte, or two."""
    tokens: list[bytes] = []
    at = 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = data[at] * 128 + length - 128, at + 1
        tokens.append(data[at : at + length])
        at += length
    return tokens
