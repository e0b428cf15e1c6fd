"""The rule language: YAML files with CEL conditions, checked against the fact kinds, and translated."""
