"""Owns users, sessions and the live board; serves HTTP/JSON and pages; consumes imports, warnings and cases;
emits UsersChanged."""
