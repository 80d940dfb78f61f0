# Uploads.
media-ticket-mismatch = The file is not of the type or size that was agreed. Please choose it again.
