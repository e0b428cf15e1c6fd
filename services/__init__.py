"""The five services of Mingzhang, what they share (kit), and the demo writer."""
