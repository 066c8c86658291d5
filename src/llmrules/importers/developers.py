"""The developers that files name in front of a model, ``meta-llama/…``, and how the names of their models begin.

The beginnings never say who developed a model. They only decide whether a prefix may be dropped: a name that is not one
of the developer's own keeps it, so that equal names of two developers never meet.
"""

from __future__ import annotations

import re
from functools import cache

from attrs import frozen


@frozen
class Developer:
    """Who developed models: an id, a name for people, the prefixes that mean it, and the beginnings of its names.

    ``names`` is an alternation of a regular expression; a digit, a sign or nothing follows it.
    """

    id: str
    name: str
    prefixes: tuple[str, ...]
    names: str


DEVELOPERS = (
    Developer("openai", "OpenAI", (), "gpt|chatgpt|o1|o3|o4|codex-mini|computer-use-preview"),
    Developer("anthropic", "Anthropic", (), "claude"),
    Developer("google", "Google", (), "gemini|gemma|codegemma|medgemma|learnlm|palm-2"),
    Developer("meta", "Meta", ("meta-llama", "meta_llama", "meta-models"), "llama|llama-guard|muse"),
    Developer("xai", "xAI", ("x-ai",), "grok"),
    Developer(
        "mistral",
        "Mistral AI",
        ("mistralai", "mistral-ai"),
        "mistral|ministral|mixtral|codestral|devstral|magistral|pixtral|voxtral|mathstral",
    ),
    Developer("deepseek", "DeepSeek", ("deepseek-ai",), "deepseek"),
    Developer("qwen", "Alibaba", ("alibaba",), "qwen|qwq|qvq|codeqwen"),
    Developer("moonshotai", "Moonshot AI", ("moonshot", "kimi"), "kimi|moonshot-v1"),
    Developer("zai", "Z.ai", ("zai-org", "z-ai", "zhipuai", "thudm"), "glm|codegeex"),
    Developer("minimax", "MiniMax", ("minimaxai",), "minimax"),
    Developer("amazon", "Amazon", ("amazon-nova",), "nova|titan"),
    Developer("microsoft", "Microsoft", (), "phi|mai-ds|mai-thinking|wizardlm"),
    Developer("cohere", "Cohere", (), "command|c4ai|aya"),
    Developer("nvidia", "NVIDIA", (), r"nemotron|llama-v?3[._\d]*-nemotron"),
    Developer("ibm", "IBM", ("ibm-granite",), "granite"),
    Developer("ai21", "AI21 Labs", ("ai21-labs",), "jamba|j2"),
    Developer("perplexity", "Perplexity", (), "sonar|pplx"),
    Developer("nousresearch", "Nous Research", (), "hermes|deephermes"),
    Developer("arcee-ai", "Arcee AI", ("arcee_ai", "arcee"), "trinity|virtuoso"),
    Developer("allenai", "Ai2", (), "olmo|molmo"),
    Developer("baidu", "Baidu", (), "ernie"),
    Developer("bytedance", "ByteDance", ("bytedance-seed",), "doubao|seed-oss|seed|ui-tars"),
    Developer("tencent", "Tencent", (), "hunyuan|hy3|hy4"),
    Developer("xiaomi", "Xiaomi", ("xiaomimimo",), "mimo"),
    Developer("stepfun", "StepFun", ("stepfun-ai",), "step"),
    Developer("inclusionai", "inclusionAI", (), "ling|ring"),
    Developer("meituan", "Meituan", ("meituan-longcat",), "longcat"),
    Developer("kwaipilot", "Kuaishou", (), "kat-dev|kat-coder"),
    Developer("liquid", "Liquid AI", ("liquidai",), r"lfm\d?"),
    Developer("upstage", "Upstage", (), "solar"),
    Developer("writer", "Writer", (), "palmyra"),
    Developer("inception", "Inception", (), "mercury"),
    Developer("morph", "Morph", (), "morph-v3"),
    Developer("thinkingmachines", "Thinking Machines", (), "inkling"),
    Developer("poolside", "Poolside", (), "laguna"),
    Developer("essentialai", "Essential AI", (), "rnj"),
    Developer("deepcogito", "Deep Cogito", (), "cogito"),
    Developer("sarvam", "Sarvam AI", ("sarvamai",), "sarvam"),
    Developer("lg", "LG AI Research", ("lgai-exaone",), "exaone"),
    Developer("motif", "Motif Technologies", ("motif-technologies",), "motif"),
    Developer("tii", "TII", ("tiiuae",), "falcon|falcon3"),
    Developer("rekaai", "Reka AI", ("reka",), "reka"),
    Developer("swiss-ai", "Swiss AI Initiative", (), "apertus"),
)
"""The table. A prefix and a beginning belong to one developer each, except that a longer beginning holds."""


@cache
def by_prefix() -> dict[str, Developer]:
    """Return the developer that each prefix means."""
    return {prefix: one for one in DEVELOPERS for prefix in (one.id, *one.prefixes)}


def named_like(name: str) -> Developer | None:
    """Return whose names begin like this one; of two, the one with the longer beginning."""
    best, length = None, 0
    for one, pattern in _patterns():
        match = pattern.match(name)
        if match and len(match[1]) > length:
            best, length = one, len(match[1])
    return best


@cache
def _patterns() -> tuple[tuple[Developer, re.Pattern[str]], ...]:
    return tuple((one, re.compile(rf"({one.names})(?=[\d.:@+_-]|v\d|$)")) for one in DEVELOPERS)
