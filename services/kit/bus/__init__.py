"""The bus: the fast path of events between services. It may lose any of them: the streams are the truth."""

from services.kit.bus.interface import Bus, Delivery, Receiver

__all__ = ["Bus", "Delivery", "Receiver"]
