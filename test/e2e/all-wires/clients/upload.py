"""Uploads with requests; its parts carry no Content-Type. Usage: python3 upload.py URL TOKEN FILE"""

import sys

import requests

url, token, path = sys.argv[1:]
with open(path, 'rb') as file:
    answer = requests.post(url, files={'file': file}, headers={'Authorization': f'Zoho-oauthtoken {token}'})
print(answer.status_code)
sys.stdout.write(answer.text)
