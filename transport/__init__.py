"""The only room that imports an HTTP library. It answers one question: did my write happen?"""
