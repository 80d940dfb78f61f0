# Uploads.
media-ticket-mismatch = 허용된 파일 형식이나 크기와 다릅니다. 파일을 다시 선택해 주세요.
