"""The Flask site: what people see."""
