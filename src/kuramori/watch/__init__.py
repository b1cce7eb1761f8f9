"""What the logs say: sources and their health, alerts, look-back. People see kuramori_lake through this room."""
