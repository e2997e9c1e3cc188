"""What the backend's and the site's servers refuse before an application sees it.

Neither Django nor Flask is imported here.
"""
