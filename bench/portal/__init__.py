"""The portal in a browser, at a customer as large as SUA is meant for."""
