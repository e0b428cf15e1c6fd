"""The project library (项目库): cards of projects, the steps that bring them in, and notices of them."""
