"""The plan section: window, calendars, people, announcements."""
