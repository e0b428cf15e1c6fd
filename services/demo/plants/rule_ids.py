"""The names of the rules that something is planted for."""

DOCUMENT_NUMBER = "common.document-number-irregular"
PROGRESS = "common.progress-behind-schedule"
IDLE = "common.idle-over-one-year"
OWN_ACCOUNT = "common.transfer-to-own-account"
BOOKED_AS_SPENDING = "common.transfer-booked-as-spending"
SAME_NAME = "common.same-name-transfer"
SPLIT = "common.split-payment"
DUPLICATE = "common.duplicate-payment"
PURPOSE = "common.purpose-irregular"
MISMATCH = "common.payment-quota-mismatch"
NOT_REGISTERED = "common.payee-not-registered"
DOUBLE_BENEFIT = "cross.duplicate-benefit"
OWN_ACCOUNT_SAME_NAME = "common.own-account-same-name"

ALL = (
    DOCUMENT_NUMBER,
    PROGRESS,
    IDLE,
    OWN_ACCOUNT,
    BOOKED_AS_SPENDING,
    SAME_NAME,
    SPLIT,
    DUPLICATE,
    PURPOSE,
    MISMATCH,
    NOT_REGISTERED,
    DOUBLE_BENEFIT,
    OWN_ACCOUNT_SAME_NAME,
)

OWN_ACCOUNTS = "own_account"
OWN_ACCOUNT_WHITELIST = "own_account_whitelist"
SAME_NAME_WHITELIST = "same_name_whitelist"
REGISTERED_ONLY_BENEFITS = "registered_only_benefit"
UNASSIGNED = "unassigned"
