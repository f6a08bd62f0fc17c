# Titles of the statuses that the gateway answers with, in English.
status-400 = The request has errors
status-401 = Not signed in
status-403 = Not allowed
status-404 = Not found
status-405 = Method not allowed
status-408 = The request came too slowly
status-409 = Not possible now
status-412 = Changed in the meantime
status-413 = Too large
status-414 = The address is too long
status-415 = Wrong content type
status-429 = Too many requests
status-500 = Fault of the service
status-503 = Out of reach for now
status-504 = No answer in time
