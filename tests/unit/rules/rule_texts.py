"""Small rule files for tests, one of each form, all sound."""

from __future__ import annotations

GOOD = """\
id: common.example
title: 疑似示例
basis: [预算法 第五十七条]
severity: yellow
applies_to: {categories: [poverty, benefit]}
valid: {from: 2018-01-01}
on: payment
subject: payment_key
params:
  least_fen: {default: 100, label: 限额, note: 推定值}
when: >-
  amount_fen > param.least_fen
  && known(purpose)
message: '支付 {amount} 元，请核实'
cases:
  - name: 预警
    given: {payment: {amount_fen: 101, purpose: 补助}}
    then: warn
  - name: 不预警
    given: {payment: {amount_fen: 100, purpose: 补助}}
    then: none
"""
MATCH = """\
id: common.pair
title: 疑似示例
basis: [预算法 第五十七条]
severity: yellow
applies_to: {categories: [poverty]}
on: payment
subject: b.payment_key
match: {a: payment, b: payment}
when: a.project_key == b.project_key && b.seq > a.seq
none:
  d: {kind: disbursement, when: d.project_key == a.project_key}
message: 请核实
cases:
  - name: 预警
    given: {payment: [{project_key: A, day: 2018-07-02}, {project_key: A, day: 2018-07-02}]}
    then: warn
  - name: 不预警
    given: {payment: {project_key: A, day: 2018-07-02}}
    then: none
"""
WINDOW = """\
id: common.window
title: 疑似示例
basis: [预算法 第五十七条]
severity: yellow
applies_to: {categories: [poverty]}
on: payment
subject: payee_account_token
period: window
window: {key: [payee_account_token], days: 7, sum: amount_fen, where: amount_fen > 0 && amount_fen < 100}
when: window.count >= 2
message: 合计 {window.sum} 元，请核实
cases:
  - name: 预警
    given:
      payment:
        - {payee_account_token: 1, day: 2018-07-02, amount_fen: 5}
        - {payee_account_token: 1, day: 2018-07-02, amount_fen: 5}
    then: warn
  - name: 不预警
    given: {payment: {payee_account_token: 1, day: 2018-07-02, amount_fen: 5}}
    then: none
"""

WARNING = """\
id: common.both
title: 疑似示例
basis: [预算法 第五十七条]
severity: red
applies_to: {categories: [poverty]}
on: warning
subject: a.subject
match: {a: warning, b: warning}
when: >-
  a.subject_kind == b.subject_kind && a.subject == b.subject
  && a.rule_id == "common.example" && b.rule_id == "common.pair"
message: 请核实
cases:
  - name: 预警
    given:
      warning:
        - {id: '1', rule_id: common.example, subject_kind: payment, subject: A, day: 2018-07-02}
        - {id: '2', rule_id: common.pair, subject_kind: payment, subject: A, day: 2018-07-02}
    then: warn
  - name: 不预警
    given: {warning: {rule_id: common.example, subject_kind: payment, subject: A, day: 2018-07-02}}
    then: none
"""


def path_of(text: str) -> str:
    """Where a file with this text belongs in the rulebooks."""
    return text.split("\n", 1)[0].removeprefix("id: ").replace(".", "/") + ".yaml"
