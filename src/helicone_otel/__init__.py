"""helicone-otel: an OpenTelemetry-native bridge for Helicone Sessions."""
