"""Starting vcam when the user logs in: systemd, XDG autostart, launchd, or Windows' registry."""
