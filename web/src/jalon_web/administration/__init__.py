"""What administrators do: organisations, accounts without organisation, plugins, settings, the trace."""
