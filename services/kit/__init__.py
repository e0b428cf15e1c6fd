"""What the services share: configuration, runtime, buses, gRPC, database, outbox, streams. Knows no service."""
