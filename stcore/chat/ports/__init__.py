"""What slash commands see of the domain: one file per protocol of ``stcore.commands.services``."""
