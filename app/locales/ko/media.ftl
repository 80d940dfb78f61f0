# Uploads.
media-ticket-mismatch = 허용된 파일 형식이나 크기와 다릅니다. 파일을 다시 선택해 주세요.
picture-too-large = 사진은 한 장에 10MB까지 올릴 수 있습니다.
picture-kind = JPEG, PNG, WebP 사진만 올릴 수 있습니다.
picture-unreadable = 사진을 읽을 수 없습니다. 다른 사진을 골라 주세요.
upload-busy = 올리는 중입니다.
upload-done = 영상이 올라갔습니다.
upload-failed = 올리지 못했습니다. 파일을 확인하고 다시 시도해 주세요.
upload-kind = MP4나 WebM 영상만 올릴 수 있습니다.
upload-size = 영상은 200MB까지 올릴 수 있습니다.
upload-not-there = 파일이 아직 다 올라가지 않았습니다. 다시 올려 주세요.
upload-not-what-it-says = 파일의 내용이 형식과 다릅니다. 다른 파일을 골라 주세요.
