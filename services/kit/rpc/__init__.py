"""gRPC between the services: the signed caller, deadlines, typed errors, health, reflection and metrics."""
