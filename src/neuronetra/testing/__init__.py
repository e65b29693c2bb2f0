"""For authors of plug-ins: contracts of the ports, builders of input, fakes."""
