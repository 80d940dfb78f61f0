# Uploads.
media-ticket-mismatch = 허용된 파일 형식이나 크기와 다릅니다. 파일을 다시 선택해 주세요.
picture-too-large = 사진은 한 장에 10MB까지 올릴 수 있습니다.
picture-kind = JPEG, PNG, WebP 사진만 올릴 수 있습니다.
picture-unreadable = 사진을 읽을 수 없습니다. 다른 사진을 골라 주세요.
