"""A demonstration: three small agents, and a stand-in for the LLM provider they call."""
