"""How function_app.py decodes what arrives and encodes what goes back. Knows azure.functions; decides nothing."""
