"""Documents: an invoice as it is printed and mailed. Values in, text out; nothing here draws or sends."""
