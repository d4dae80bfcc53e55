print("self test")
