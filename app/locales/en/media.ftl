# Uploads.
media-ticket-mismatch = The file is not of the type or size that was agreed. Please choose it again.
picture-too-large = A picture may have up to 10 MB.
picture-kind = Only JPEG, PNG and WebP pictures can be used.
picture-unreadable = This picture cannot be read. Please choose another one.
upload-busy = Uploading.
upload-done = The video is uploaded.
upload-failed = That did not work. Please check the file and try again.
upload-kind = Only MP4 and WebM videos can be uploaded.
upload-size = A video may have up to 200 MB.
upload-not-there = The file has not arrived completely. Please upload it again.
upload-not-what-it-says = The file is not what its type says. Please choose another.
