"""Cases: what people do with what was found, one case for each person and his ways out."""
