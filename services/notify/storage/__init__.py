"""All SQL of notify. It runs on psycopg 3 and, under eventlet, on psycopg2."""
