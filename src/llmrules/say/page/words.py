"""What only the page says; everything else is said by the report, the rules and the vocabulary."""

from __future__ import annotations

from llmrules.language.texts import Text

WORDS: dict[str, Text] = {
    "contents": Text("On this page", "이 페이지의 내용"),
    "attention": Text("Before you rely on it", "채택하기 전에"),
    "ranking_lead": Text("Points by rule, each rule with its letter. Hatched is what counts against.",
                         "규칙별 점수이며, 글자는 규칙을 가리킵니다. 빗금은 감점입니다."),
    "legend": Text("What earned and cost points", "점수를 더하거나 뺀 규칙"),
    "no_points": Text("gave no model points", "점수를 얻은 모델 없음"),
    "more": Text("The others", "나머지"),
    "derivation": Text("How it follows", "도출 과정"),
    "derivation_lead": Text(
        "From what was said, on the left, to the verdicts. Choose a step to see what it rests on and what it leads to; "
        "with the keyboard: arrows to move, Enter to follow, Escape to let go.",
        "왼쪽의 입력에서 오른쪽의 판정까지 이어집니다. 항목을 고르면 그 근거와 결과가 표시됩니다. "
        "키보드: 화살표로 이동, Enter로 따라가기, Esc로 해제."),
    "path_above": Text("{name}: rests on {above} of these steps", "{name}: 근거가 되는 항목 {above}개"),
    "path_below": Text("{name}: leads to {below} of these steps", "{name}: 이어지는 항목 {below}개"),
    "path_both": Text("{name}: rests on {above} of these steps and leads to {below}",
                      "{name}: 근거가 되는 항목 {above}개, 이어지는 항목 {below}개"),
    "path_hint": Text("Nothing is chosen.", "선택한 항목이 없습니다."),
    "path_all": Text("Show everything", "전체 보기"),
    "said": Text("You said", "입력"),
    "follows": Text("It follows", "도출"),
    "rules": Text("Rules over models", "모델에 적용한 규칙"),
    "verdicts": Text("Verdicts", "판정"),
    "edge_gains": Text("earns points", "가점"),
    "edge_loses": Text("costs points", "감점"),
    "edge_fails": Text("excludes", "제외"),
    "edge_unknown": Text("cannot be decided", "판단 불가"),
    "edge_exempts": Text("exempts", "면제"),
    "models": Text("Models", "모델"),
    "filter": Text("Filter by name, offer, verdict or rule", "이름, 오퍼, 판정, 규칙으로 거르기"),
    "filter_count": Text("{shown} of {all} models", "모델 {all}개 중 {shown}개"),
    "place": Text("Place", "순위"),
    "model": Text("Model", "모델"),
    "verdict": Text("Verdict", "판정"),
    "points": Text("Points", "점수"),
    "other_offers": Text("The other offers", "다른 오퍼"),
    "elsewhere": Text("its reasons:", "근거 보기:"),
    "find_out": Text("find out:", "확인할 항목:"),
    "case": Text("The case", "사례"),
    "exemptions": Text("Exemptions", "면제"),
    "made": Text("Made with", "작성"),
    "checked": Text("fired by {engine} and certified by a second evaluator",
                    "{engine} 엔진으로 실행, 두 번째 평가기로 확인"),
    "unchecked": Text("fired by {engine}", "{engine} 엔진으로 실행"),
    "given": Text("Digest of what was given", "입력의 다이제스트"),
    "found": Text("Digest of what was found", "결과의 다이제스트"),
}  # fmt: skip
