"""A phone number for someone who will not take no for an answer."""

__version__ = "0.1.0"
