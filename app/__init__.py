"""SUA: unified analytics of Microsoft Teams call usage and Microsoft 365 licences."""
