# Uploads.
media-ticket-mismatch = The file is not of the type or size that was agreed. Please choose it again.
picture-too-large = A picture may have up to 10 MB.
picture-kind = Only JPEG, PNG and WebP pictures can be used.
picture-unreadable = This picture cannot be read. Please choose another one.
