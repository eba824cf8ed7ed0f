"""Never deployed: stand-ins for Azure, Dataverse, Entra and each vendor, and the sample partner."""
