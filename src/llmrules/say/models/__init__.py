"""What is loaded: models found by words and conditions, one shown with everything known of it, several compared.

Nothing here decides.
"""
