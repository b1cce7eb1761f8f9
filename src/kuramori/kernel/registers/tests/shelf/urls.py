from kuramori.kernel.registers.tests.shelf.boxes import boxes, shelves

app_name = "shelf"
urlpatterns = [*boxes.urls(), *shelves.urls()]
