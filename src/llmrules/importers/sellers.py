"""The sellers: what each file calls them, one id and one name for each, and whose own interface they are.

A seller that stands in no table keeps the id that its file gives it, and is nobody's own.
"""

from __future__ import annotations

from functools import cache

from attrs import frozen


@frozen
class Seller:
    """Who serves models: an id, a name for people, what files call it, and the developers whose own interface it is.

    ``prefixes`` are further path segments before the ids of its models that say nothing of the model. ``mixed`` says
    that it serves others' models beside its own, so that only a name can tell them apart.
    """

    id: str
    name: str
    called: tuple[str, ...] = ()
    developers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    mixed: bool = False


_VERTEX = (
    "vertex_ai",
    "vertex_ai-language-models",
    "vertex_ai-text-models",
    "vertex_ai-anthropic_models",
    "vertex_ai-mistral_models",
    "vertex_ai-llama_models",
    "vertex_ai-ai21_models",
    "vertex_ai-deepseek_models",
    "vertex_ai-qwen_models",
    "vertex_ai-zai_models",
    "vertex_ai-openai_models",
    "vertex_ai-minimax_models",
    "vertex_ai-moonshot_models",
    "google-vertex-anthropic",
)

SELLERS = (
    # The developers' own interfaces
    Seller("openai", "OpenAI", ("text-completion-openai",), ("openai",)),
    Seller("anthropic", "Anthropic", (), ("anthropic",)),
    Seller("google", "Google", ("gemini",), ("google",)),
    Seller("google-vertex", "Google Vertex AI", _VERTEX, ("google",), mixed=True),
    Seller("meta", "Meta", ("llama", "meta_llama"), ("meta",)),
    Seller("xai", "xAI", ("x-ai",), ("xai",)),
    Seller("mistral", "Mistral AI", ("codestral", "text-completion-codestral"), ("mistral",)),
    Seller("deepseek", "DeepSeek", (), ("deepseek",)),
    Seller("alibaba", "Alibaba Cloud", ("dashscope",), ("qwen",), mixed=True),
    Seller("alibaba-cn", "Alibaba Cloud (China)", (), ("qwen",), mixed=True),
    Seller("qwencloud", "Qwen Cloud", (), ("qwen",), mixed=True),
    Seller("qwen-ai-platform", "Qwen AI Platform", ("qwen_ai_platform",), ("qwen",), mixed=True),
    Seller("moonshotai", "Moonshot AI", ("moonshot",), ("moonshotai",)),
    Seller("moonshotai-cn", "Moonshot AI (China)", (), ("moonshotai",)),
    Seller("zai", "Z.ai", (), ("zai",)),
    Seller("zhipuai", "Zhipu AI", ("bigmodel",), ("zai",)),
    Seller("minimax", "MiniMax", (), ("minimax",)),
    Seller("minimax-cn", "MiniMax (China)", (), ("minimax",)),
    Seller(
        "amazon-bedrock",
        "Amazon Bedrock",
        ("bedrock", "bedrock_converse", "bedrock_mantle", "aws"),
        ("amazon",),
        ("invoke",),
        mixed=True,
    ),
    Seller("amazon-nova", "Amazon Nova", ("amazon_nova", "nova"), ("amazon",)),
    Seller(
        "azure",
        "Microsoft Azure",
        ("azure_text", "azure_ai", "azure-cognitive-services"),
        ("microsoft",),
        mixed=True,
    ),
    Seller("cohere", "Cohere", ("cohere_chat",), ("cohere",)),
    Seller("nvidia", "NVIDIA", ("nvidia_nim",), ("nvidia",), mixed=True),
    Seller("ai21", "AI21 Labs", (), ("ai21",)),
    Seller("perplexity", "Perplexity", (), ("perplexity",), mixed=True),
    Seller("perplexity-agent", "Perplexity Agent API", (), ("perplexity",), mixed=True),
    Seller("stepfun", "StepFun", (), ("stepfun",)),
    Seller("stepfun-ai", "StepFun (international)", (), ("stepfun",)),
    Seller("bailing", "Bailing", (), ("inclusionai",)),
    Seller("xiaomi", "Xiaomi", ("xiaomi_mimo",), ("xiaomi",)),
    Seller("tencent", "Tencent", ("tencent-tokenhub",), ("tencent",)),
    Seller("volcengine", "Volcano Engine", (), ("bytedance",), mixed=True),
    Seller("upstage", "Upstage", (), ("upstage",)),
    Seller("inception", "Inception", ("text-completion-inception",), ("inception",)),
    Seller("morph", "Morph", (), ("morph",)),
    Seller("sarvam", "Sarvam AI", (), ("sarvam",)),
    # Those who serve what others developed
    Seller(
        "fireworks",
        "Fireworks AI",
        ("fireworks-ai", "fireworks_ai", "fireworks_ai-embedding-models"),
        (),
        ("accounts", "fireworks", "models", "routers"),
    ),
    Seller("firepass", "Fireworks (Firepass)", (), (), ("accounts", "fireworks", "models", "routers")),
    Seller("together", "Together AI", ("togetherai", "together_ai")),
    Seller("openrouter", "OpenRouter"),
    Seller("deepinfra", "DeepInfra"),
    Seller("novita", "Novita AI", ("novita-ai",)),
    Seller("groq", "Groq"),
    Seller("cerebras", "Cerebras"),
    Seller("github-copilot", "GitHub Copilot", ("github_copilot",)),
    Seller("github-models", "GitHub Models"),
    Seller("databricks", "Databricks"),
    Seller("snowflake", "Snowflake Cortex"),
    Seller("vercel", "Vercel AI Gateway", ("vercel_ai_gateway",)),
    Seller("cloudflare", "Cloudflare Workers AI", ("cloudflare-workers-ai",), (), ("workers-ai", "@cf", "@hf")),
    Seller("cloudflare-ai-gateway", "Cloudflare AI Gateway", ("clf_ai_gateway",), (), ("workers-ai", "@cf", "@hf")),
    Seller("nebius", "Nebius Token Factory"),
    Seller("huggingface", "Hugging Face"),
    Seller("friendli", "Friendli", ("friendliai",)),
    Seller("opencode-go", "OpenCode Go", ("opencode_go",)),
    Seller("ollama", "Ollama", (), (), ("ollama",)),
    Seller("gmicloud", "GMI Cloud", ("gmi",)),
    Seller("lambda", "Lambda", ("lambda_ai",)),
    Seller("watsonx", "IBM watsonx", (), ("ibm",), mixed=True),
    Seller("oci", "Oracle Cloud"),
    Seller("sap-ai-core", "SAP AI Core"),
    Seller("replicate", "Replicate"),
    Seller("baseten", "Baseten"),
    Seller("wandb", "Weights & Biases"),
    Seller("scaleway", "Scaleway"),
    Seller("ovhcloud", "OVHcloud AI Endpoints"),
    Seller("abliteration", "abliteration.ai", ("abliteration-ai",)),
    Seller("digitalocean", "DigitalOcean", ("gradient_ai",)),
    Seller("routing-run", "routing.run", (), (), ("route",)),
    Seller("pinstripes", "Pinstripes", (), (), ("ps",)),
    Seller("openinfer", "OpenInfer", (), (), ("@oi",)),
    Seller("drun", "D.Run (China)", (), (), ("public",)),
)
"""The table. A name that a file uses means one seller."""


def seller_of(called: str, name: str | None = None) -> Seller:
    """Return the seller that a file calls so; one in no table has the name that the file gives it, if any."""
    return _by_name().get(called) or Seller(called, name or called)


@cache
def _by_name() -> dict[str, Seller]:
    return {called: one for one in SELLERS for called in (one.id, *one.called)}
