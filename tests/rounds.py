"""Small rounds of work, each like the others and apart from them: what a system is told while it is being killed."""

from __future__ import annotations

from tests.builders import as_csv, as_voucher_5201, id_number
from tests.system import System

ACCOUNTS_FROM = 9900000000001000
FIRST_PERSON = 600
FIRST_DAY, LAST_DAY = "2018-07-01", "2018-07-12"


def prepare(system: System) -> None:
    """A quota, the account that is on a list, and a benefit for registered people only."""
    quota = {"指标明细号": "Q-R", "指标文号": "青财农字〔2018〕500号", "指标金额(元)": "900000.00"}
    system.upload("rounds_quota.csv", as_csv("quota_table", [quota]))
    lists = [
        {"名单": "own_account", "对象": str(ACCOUNTS_FROM)},
        {"名单": "registered_only_benefit", "对象类型": "编码", "对象": "B01"},
    ]
    system.upload("rounds_lists.csv", as_csv("reference_list", lists))
    system.upload(
        "rounds_register.csv",
        as_csv(
            "register_table", [{"户编号": "H1", "姓名": "甲乙丙", "证件号码": id_number(FIRST_PERSON - 1)}]
        ),
    )
    system.wait_idle()


def tell(system: System, number: int) -> None:
    """One round: a payment to the listed account, one that a list of one unregistered person follows, and a
    correction of the round before."""
    document = {"指标文号": "青财农字〔2018〕500号"}
    payments = [
        {
            **document,
            "凭证号": f"A{number}",
            "金额(元)": f"{1000 + number}.00",
            "收款人账号": str(ACCOUNTS_FROM),
        },
        {
            **document,
            "凭证号": f"B{number}",
            "金额(元)": f"{200 + number}.50",
            "收款人账号": str(ACCOUNTS_FROM + 1),
        },
    ]
    if number:
        before = {"原凭证号": f"A{number - 1}", "原明细编号": "1", "收款人账号": str(ACCOUNTS_FROM)}
        payments.append(
            {**document, **before, "凭证号": f"C{number}", "金额(元)": "-300.00", "支付日期": "2018-07-05"}
        )
    system.upload(f"rounds_payments_{number:02d}.xml", as_voucher_5201(payments))
    person = {
        "支付凭证号": f"B{number}",
        **document,
        "姓名": "甲戊己",
        "证件号码": id_number(FIRST_PERSON + number),
        "应发金额(元)": f"{200 + number}.50",
        "实发金额(元)": f"{200 + number}.50",
        "批次": f"R{number}",
        "序号": "1",
    }
    system.upload(f"rounds_people_{number:02d}.csv", as_csv("disbursement_table", [person]))


def finish(system: System, rounds: int) -> None:
    """Tells every round again, which changes nothing that is in, and closes the days."""
    for number in range(rounds):
        tell(system, number)
    system.wait_idle()
    system.close_days(LAST_DAY, FIRST_DAY)
    system.wait_idle()
