"""Cases and who was told of them.

Owns cases, their timelines, deliveries and messages, and what it keeps of users and divisions. Serves
NotifyService. Consumes `WarningsRaised`, `WarningsRetracted`, `UsersChanged` and `BaseDataChanged`. Emits
`CasesChanged`.
"""
