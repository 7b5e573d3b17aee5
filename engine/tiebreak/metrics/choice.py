"""Which metrics a dataset is measured by: those of its card, or else those that fit its task."""

from collections.abc import Mapping

from tiebreak.metrics.registry import Chosen, find_metric
from tiebreak.records import DatasetCard
from tiebreak.records.cases import TaskType

DEFAULTS: Mapping[TaskType, tuple[str, ...]] = {
    "retrieval_qa": (
        "token_f1",
        "rouge_l",
        "recall@5",
        "precision@5",
        "mrr",
        "ndcg@5",
        "context_precision",
        "citation_hit_rate",
        "citation_faithfulness",
        "correct_refusal",
    ),
    "classification": ("accuracy", "macro_precision", "macro_recall", "macro_f1", "ece", "brier"),
    "summarization": ("rouge_1", "rouge_2", "rouge_l", "coverage", "completeness"),
    "agent": ("tool_call_correctness", "tool_call_f1", "step_success", "task_completion"),
    "chat": ("token_f1", "rouge_l", "chrf", "fuzzy_similarity"),
    "code": ("pass@1", "exact_match", "edit_distance"),
}


def metrics_for(card: DatasetCard) -> tuple[Chosen, ...]:
    """
    Raises:
        ValueError: for a name in the card that is no metric's.
    """
    return tuple(find_metric(name) for name in dict.fromkeys(card.metrics or DEFAULTS[card.task]))
