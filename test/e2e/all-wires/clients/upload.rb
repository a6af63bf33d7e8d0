# Uploads with Net::HTTP and set_form, the whole file in memory. Usage: ruby upload.rb URL TOKEN FILE
require 'net/http'

url, token, path = ARGV
uri = URI(url)
request = Net::HTTP::Post.new(uri.request_uri)
request.add_field('Authorization', "Zoho-oauthtoken #{token}")
request.set_form([['file', File.read(path), { filename: File.basename(path) }]], 'multipart/form-data')
answer = Net::HTTP.new(uri.host, uri.port).request(request)
puts answer.code
print answer.body
